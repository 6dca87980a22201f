import type { TableColumnOptions } from 'typeorm';

/** Column types that mean the same on SQLite and MySQL; every migration is written with these. */
export const column = {
  /** An id or another short key, compared byte by byte (the schema's default collation is binary). */
  key: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'varchar',
    length: '190',
    ...options,
  }),
  /** Short text. */
  line: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'varchar',
    length: '500',
    isNullable: true,
    ...options,
  }),
  /** Long text; JSON too, parsed by the store. */
  text: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'longtext',
    isNullable: true,
    ...options,
  }),
  /** A moment, in epoch milliseconds. */
  time: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'bigint',
    isNullable: true,
    ...options,
  }),
  count: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({ name, type: 'bigint', ...options }),
  number: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'double',
    isNullable: true,
    ...options,
  }),
  /** Yes, no, or null for not known. */
  flag: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'tinyint',
    isNullable: true,
    ...options,
  }),
  bytes: (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
    name,
    type: 'longblob',
    isNullable: true,
    ...options,
  }),
} as const;
