import type { Logger } from '../logging/logger.js';

const GRACE_MS = 20_000;

/** Closes in order on SIGINT or SIGTERM, and leaves within 20 s even when something hangs; a second signal leaves at once. */
export function onShutdown(logger: Logger, close: () => Promise<void>): void {
  let isClosing = false;
  const leave = (signal: string): void => {
    if (isClosing) process.exit(130);
    isClosing = true;
    logger.info(`${signal}: stopping; once more to leave at once`);
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', () => leave('SIGINT'));
  process.on('SIGTERM', () => leave('SIGTERM'));
}
