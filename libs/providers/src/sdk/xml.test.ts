import { many, parseXml } from './xml.js';

describe('XML answers', () => {
  it('are read without prefixes and with ids as text', () => {
    expect(parseXml('<?xml version="1.0"?><a:Users xmlns:a="x"><a:member><Id>007</Id></a:member></a:Users>')).toEqual(
      expect.objectContaining({ Users: { member: { Id: '007' } } }),
    );
  });

  it('list one child, several and none alike', () => {
    expect([many({ Id: '1' }), many([{ Id: '1' }, { Id: '2' }]), many(''), many(undefined)].map((list) => list.length)).toEqual([
      1, 2, 0, 0,
    ]);
  });

  it.each(['<a><b></a>', '{"a":1}', '', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])(
    'are refused when they are none, or bring entities: %s',
    (text) => {
      expect(parseXml(text)).toBeUndefined();
    },
  );
});
