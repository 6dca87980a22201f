import { DurationUnreadable, formatDuration, parseDuration } from '#libs/kernel';
import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';
import ipaddr from 'ipaddr.js';

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** The scalars of shared.graphql. Inside, a DateTime and a Duration are milliseconds. */
export const scalars = {
  DateTime: textScalar('DateTime', {
    read: (text) => {
      const ms = DATE_TIME.test(text) ? Date.parse(text) : NaN;
      if (Number.isNaN(ms)) throw new GraphQLError(`DateTime: "${text.slice(0, 40)}" is not RFC 3339, such as 2026-02-01T07:31:12.123Z.`);
      return ms;
    },
    write: (value) => {
      const ms = value instanceof Date ? value.getTime() : Number(value);
      if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) throw new GraphQLError('DateTime: the value is no moment.');
      return new Date(ms).toISOString();
    },
  }),
  Duration: textScalar('Duration', {
    read: (text) => {
      try {
        return parseDuration(text);
      } catch (error) {
        if (error instanceof DurationUnreadable) throw new GraphQLError(`Duration: ${error.message}`);
        throw error;
      }
    },
    write: (value) => formatDuration(Number(value)),
  }),
  IPAddress: textScalar('IPAddress', {
    read: (text) => {
      if (!ipaddr.isValid(text) || (text.includes('.') && !text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)))
        throw new GraphQLError(`IPAddress: "${text.slice(0, 60)}" is not an IPv4 or IPv6 address.`);
      return ipaddr.process(text).toString();
    },
    write: String,
  }),
  CIDR: textScalar('CIDR', {
    read: (text) => {
      const range = ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
      if (!range) throw new GraphQLError(`CIDR: "${text.slice(0, 60)}" is not a network such as 198.51.100.0/24.`);
      const [address, bits] = range;
      const base = address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
      if (base.toString() !== address.toString())
        throw new GraphQLError(`CIDR: "${text}" has host bits set; write ${base.toString()}/${bits}.`);
      return `${address.toString()}/${bits}`;
    },
    write: String,
  }),
  CountryCode: textScalar('CountryCode', {
    read: (text) => {
      if (!/^[A-Z]{2}$/.test(text))
        throw new GraphQLError(`CountryCode: "${text.slice(0, 40)}" is not ISO 3166-1 alpha-2 in upper case, such as FR.`);
      return text;
    },
    write: String,
  }),
  JSON: new GraphQLScalarType({
    name: 'JSON',
    serialize: (value) => value,
    parseValue: (value) => value,
    parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
  }),
} as const;

function textScalar(
  name: string,
  how: { readonly read: (text: string) => unknown; readonly write: (value: unknown) => unknown },
): GraphQLScalarType {
  const read = (value: unknown): unknown => {
    if (typeof value !== 'string') throw new GraphQLError(`${name}: write it as a string.`);
    return how.read(value);
  };
  return new GraphQLScalarType({
    name,
    serialize: how.write,
    parseValue: read,
    parseLiteral: (node: ValueNode) => {
      if (node.kind !== Kind.STRING) throw new GraphQLError(`${name}: write it as a string.`);
      return read(node.value);
    },
  });
}
