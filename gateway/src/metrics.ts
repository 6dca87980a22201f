import { Counter, Histogram } from 'prom-client';

// Labels are from closed lists: a client could fill the memory with operation names.

export const operationsTotal = new Counter({
  name: 'castellan_gateway_operations_total',
  help: 'Operations answered, by kind and outcome: ok, partial (data and errors), refused (no data).',
  labelNames: ['kind', 'outcome'] as const,
});

export const operationSeconds = new Histogram({
  name: 'castellan_gateway_operation_seconds',
  help: 'Time from the request to its answer.',
  labelNames: ['kind'] as const,
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
});

export const subgraphSeconds = new Histogram({
  name: 'castellan_gateway_subgraph_seconds',
  help: 'Time of one call of a service.',
  labelNames: ['service', 'outcome'] as const,
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60],
});
