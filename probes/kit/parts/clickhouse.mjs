// The embedded ClickHouse: a real server inside this process, from the library of the npm package chdb.
// Started with an IPC channel and the path of a JSON file { folder, config, http, tcp, user, password } (a file, since
// arguments are for all accounts to see); leaves when the channel closes.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const require = createRequire(import.meta.url);
const library = join(dirname(require.resolve('@chdb/lib-linux-x64-gnu/package.json')), 'libchdb.so');
// koffi switches stacks and ClickHouse's stack check refuses that; ffi-rs calls on a plain thread.
const { open, load, DataType } = require('ffi-rs');

const argv = [
  'clickhouse',
  `--path=${options.folder}`,
  `--config-file=${options.config}`,
  `--http_port=${options.http}`,
  `--tcp_port=${options.tcp}`,
  '--listen_host=127.0.0.1',
  '--query_id=keepalive',
  '--multiquery',
  '--query',
  // The server lives as long as this query runs; max_execution_time 0 keeps it running.
  'SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT sleepEachRow(3) FROM numbers(1000000000) FORMAT Null SETTINGS max_block_size=1, function_sleep_max_microseconds_per_block=0, max_execution_time=0',
];

let stopping = false;
// process.exit can hang on the native thread, so this process always leaves by a signal that cannot be held up.
const leave = () => process.kill(process.pid, 'SIGKILL');
const stop = () => {
  if (stopping) return;
  stopping = true;
  setTimeout(leave, 3_000);
  fetch(`http://127.0.0.1:${options.http}/`, {
    method: 'POST',
    headers: { 'x-clickhouse-user': options.user, 'x-clickhouse-key': options.password },
    body: "KILL QUERY WHERE query_id='keepalive' SYNC",
  }).catch(() => leave());
};
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

open({ library: 'chdb', path: library });
Promise.resolve(
  load({
    library: 'chdb',
    funcName: 'query_stable_v2',
    retType: DataType.External,
    paramsType: [DataType.I32, DataType.StringArray],
    paramsValue: [argv.length, argv],
    runInNewThread: true,
  }),
).then(
  () => {
    if (!stopping) process.stderr.write('clickhouse: the server returned by itself\n');
    leave();
  },
  (error) => {
    process.stderr.write(`clickhouse: ${error instanceof Error ? error.message : String(error)}\n`);
    leave();
  },
);
