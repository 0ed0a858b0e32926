// The measured app: express, one call to a backend a request. What observes it, if anything, came in by --import.
import express from 'express';

const backend = process.env.BENCH_BACKEND ?? '';
const app = express();
app.use(express.json());
app.get('/order/:id', async (request, response) => {
  const answer = await fetch(`${backend}/stock/${request.params.id}`);
  response.json({ order: request.params.id, stock: await answer.json() });
});
const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
});
server.keepAliveTimeout = 60_000;
process.once('disconnect', () => process.exit(0));
