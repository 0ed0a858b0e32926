// What the measured app talks to: the backend it calls, and a sink that takes OTLP and throws it away.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    if (request.url?.startsWith('/stock/')) response.setHeader('content-type', 'application/json').end('{"left":3}');
    else response.setHeader('content-type', 'application/x-protobuf').end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
process.once('disconnect', () => process.exit(0));
