import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger } from 'pino';

import type { Config } from '../config/config.js';

export type Logger = PinoLogger;

// Names under which a secret could stand in a logged object, at any of the depths that we log.
const SECRET_NAMES = [
  'password',
  'secret',
  'secrets',
  'token',
  'accessToken',
  'access_token',
  'refresh_token',
  'authorization',
  'cookie',
  'privateKey',
  'private_key',
  'rsaPrivateKey',
  'apiToken',
  'api_token',
  'assertion',
  'client_assertion',
  'credential',
  'credentials',
  'sealed',
];
const REDACTED = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

/** One logger for a process: JSON lines, or readable ones where a person watches; secrets are cut out by name. */
export function makeLogger(config: Pick<Config, 'logLevel' | 'logPretty'>, destination?: NodeJS.WritableStream): Logger {
  const options = {
    level: config.logLevel,
    base: undefined,
    redact: { paths: REDACTED, censor: '[secret]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
  };
  if (destination) return pino(options, destination);
  if (config.logPretty)
    return pino({
      ...options,
      transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } },
      formatters: {},
    });
  return pino(options);
}

/** Nest's own lines through the same logger; its start-up chatter is debug to us. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
}
