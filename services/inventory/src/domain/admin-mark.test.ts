import { adminMark } from './admin-mark.js';

const NO_PRIVILEGES = { admin: 0, unclear: 0, isComplete: false };
const ALL_ORDINARY = { admin: 0, unclear: 0, isComplete: true };

describe('the admin mark of an account', () => {
  it.each([
    ['the app says so of the account', [true, undefined], NO_PRIVILEGES],
    ['a read beside the listing says so, and the listing says no', [false, true], ALL_ORDINARY],
    ['one of its privileges says so, and the app says no', [false, null], { admin: 1, unclear: 0, isComplete: false }],
  ])('is yes when %s', (_, statements, privileges) => {
    expect(adminMark(statements, privileges)).toBe(true);
  });

  it.each([
    ['the app says so of the account', [false, undefined], NO_PRIVILEGES],
    ['all privileges were listed and none makes an administrator', [undefined, undefined], ALL_ORDINARY],
  ])('is no when %s', (_, statements, privileges) => {
    expect(adminMark(statements, privileges)).toBe(false);
  });

  it.each([
    ['nobody said anything', [undefined, undefined], NO_PRIVILEGES],
    ['the app was asked and did not say', [null, null], NO_PRIVILEGES],
    ['a listed privilege may or may not make an administrator', [null], { admin: 0, unclear: 1, isComplete: true }],
  ])('is unknown when %s', (_, statements, privileges) => {
    expect(adminMark(statements, privileges)).toBeNull();
  });
});
