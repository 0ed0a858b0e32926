// How systems name and measure the same figures: OpenTelemetry, Micrometer, a service mesh with cAdvisor, a cloud's console, plain words.
export type Figure =
  | 'p50'
  | 'p99'
  | 'calls'
  | 'errors'
  | 'cpu'
  | 'memory'
  | 'pool'
  | 'network';
/** A name, its unit, how many of it are one of the model's (seconds, calls a second, shares, bytes), and whether it is told as a running total. */
export type Said = {
  readonly metric: string;
  readonly unit?: string;
  readonly times: number;
  readonly isTotal?: boolean;
};
export type Dialect = { readonly name: string; readonly says: Readonly<Record<Figure, Said | undefined>> };

const MIB = 1 / 2 ** 20;

export const dialects: readonly Dialect[] = [
  {
    name: 'opentelemetry',
    says: {
      p50: { metric: 'http.server.request.duration.p50', unit: 's', times: 1 },
      p99: { metric: 'http.server.request.duration.p99', unit: 's', times: 1 },
      calls: { metric: 'http.server.request.count', unit: '{request}', times: 1 },
      errors: { metric: 'http.server.request.errors', unit: '{error}', times: 1 },
      cpu: { metric: 'process.cpu.utilization', unit: '1', times: 1 },
      memory: { metric: 'process.memory.usage', unit: 'By', times: 1 },
      pool: { metric: 'db.client.connection.count', unit: '{connection}', times: 1 },
      network: { metric: 'process.network.io', unit: 'By', times: 1 },
    },
  },
  {
    name: 'micrometer totals',
    says: {
      p50: { metric: 'http_server_requests_seconds_p50', unit: 's', times: 1 },
      p99: { metric: 'http_server_requests_seconds_p99', unit: 's', times: 1 },
      calls: { metric: 'http_server_requests_seconds_count', times: 1, isTotal: true },
      errors: { metric: 'http_server_requests_errors_total', times: 1, isTotal: true },
      cpu: { metric: 'process_cpu_usage', times: 1 },
      memory: { metric: 'jvm_memory_used_bytes', unit: 'bytes', times: 1 },
      pool: { metric: 'hikaricp_connections_active', times: 1 },
      network: { metric: 'tomcat_global_sent_bytes_total', unit: 'bytes', times: 1, isTotal: true },
    },
  },
  {
    name: 'istio and cadvisor',
    says: {
      p50: { metric: 'istio_request_duration_milliseconds_p50', unit: 'ms', times: 1_000 },
      p99: { metric: 'istio_request_duration_milliseconds_p99', unit: 'ms', times: 1_000 },
      calls: { metric: 'istio_requests_total', times: 1, isTotal: true },
      errors: { metric: 'istio_requests_5xx_total', times: 1, isTotal: true },
      cpu: { metric: 'container_cpu_usage_seconds_total', unit: 's', times: 1, isTotal: true },
      memory: { metric: 'container_memory_working_set_bytes', unit: 'bytes', times: 1 },
      pool: { metric: 'container_sockets', times: 1 },
      network: { metric: 'container_network_transmit_bytes_total', unit: 'bytes', times: 1, isTotal: true },
    },
  },
  {
    name: 'cloud console',
    says: {
      p50: { metric: 'TargetResponseTime', unit: 'Seconds', times: 1 },
      p99: undefined,
      calls: { metric: 'RequestCount', unit: 'Count', times: 1 },
      errors: { metric: 'HTTPCode_Target_5XX_Count', unit: 'Count', times: 1 },
      cpu: { metric: 'CPUUtilization', unit: 'percent', times: 100 },
      memory: { metric: 'MemoryUsage', unit: 'Megabytes', times: MIB },
      pool: { metric: 'DatabaseConnections', unit: 'Count', times: 1 },
      network: { metric: 'NetworkOut', unit: 'Bytes', times: 1 },
    },
  },
  {
    name: 'plain words',
    says: {
      p50: { metric: 'latency-50', times: 1_000 },
      p99: { metric: 'latency-99', times: 1_000 },
      calls: { metric: 'load', times: 1 },
      errors: { metric: 'error', times: 1 },
      cpu: { metric: 'cpu', times: 100 },
      memory: { metric: 'mem', times: MIB },
      pool: undefined,
      network: { metric: 'net_tx', times: 1 },
    },
  },
];
