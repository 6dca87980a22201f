import { collectDefaultMetrics, register } from 'prom-client';

let isStarted = false;

/** The process's metrics in Prometheus' text form; counters of our own register themselves with prom-client's default registry. */
export async function processMetrics(): Promise<string> {
  if (!isStarted) {
    isStarted = true;
    collectDefaultMetrics();
  }
  return register.metrics();
}
