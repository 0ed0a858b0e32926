// The REST interface described (OpenAPI 3.1); bodies come from the same schemas that check them. A test holds it against the routes.
import { changeEvent, command, incidentStates, silenceDraft } from '@fenghuo/rules/contract';
import { z } from 'zod';
import { postedAlerts } from './alerts.ts';
import { unbuilt } from './routes/later.ts';
import { seriesQuery } from './routes/series.ts';

const problemBody = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
const answer = (status: string, description: string) => ({
  [status]: { description, content: { 'application/json': {} } },
});
const ok = (description: string) => ({ ...answer('200', description), default: failed('an error') });
const failed = (description: string) => ({ description, content: problemBody });
const written = (status: string, description: string) => ({
  ...answer(status, description),
  '400': failed('not valid'),
  '401': failed('no admin token'),
  '403': failed('asked by a page of another site'),
  '429': failed('too many requests'),
});
const taken = written('202', 'accepted; the engine decides, the log tells');
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const verb = (...names: readonly string[]) => ({ name: 'verb', in: 'path', required: true, schema: { enum: names } });
const query = (name: string, description: string, schema: object = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
});
const body = (name: string) => ({
  required: true,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});
const filter = query('filter', 'a matcher such as severity="critical"; may come several times');
const listing = [
  filter,
  query('receiver', 'pattern for the whole name'),
  query('active', 'those that no silence holds', { type: 'boolean', default: true }),
  query('silenced', 'those that a silence holds', { type: 'boolean', default: true }),
];
const secured = [{ admin: [] }];
const time = { type: 'string', format: 'date-time' };

const paths: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  '/api/v1/incidents': {
    get: {
      summary: 'Incidents, newest first',
      parameters: [
        query('state', `one or several of ${incidentStates.join(', ')}, separated by commas`),
        query('service', 'the cause, or somebody who suffers from it'),
        query('from', 'opened at or after', time),
        query('to', 'opened before', time),
        query('cursor', 'nextCursor of the page before'),
        query('limit', 'incidents a page', { type: 'integer', minimum: 1, maximum: 200, default: 50 }),
      ],
      responses: ok('{ items, nextCursor }'),
    },
  },
  '/api/v1/sources': {
    get: {
      summary: 'Who sends to the collector, what is refused and why, and how far the store is behind',
      responses: { ...ok('sources, what is under way, partitions'), '502': failed('the collector does not answer') },
    },
  },
  '/api/v1/incidents/{id}': { get: { summary: 'One incident whole', parameters: [id], responses: ok('the incident') } },
  '/api/v1/incidents/{id}/report': {
    get: {
      summary: 'The report, each sentence with the decisions that prove it',
      parameters: [
        id,
        query('format', 'document format', { enum: ['md', 'html', 'json'], default: 'md' }),
        query('lang', 'of md and html', { enum: ['en', 'zh'], default: 'en' }),
      ],
      responses: ok('the report'),
    },
  },
  '/api/v1/incidents/{id}/evidence': {
    get: { summary: 'Live evidence with its expected bands', parameters: [id], responses: ok('series') },
  },
  '/api/v1/incidents/{id}/{verb}': {
    post: {
      summary: 'What a person says about an incident',
      parameters: [id, verb('ack', 'assign', 'note', 'resolve', 'merge')],
      security: secured,
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Remark' } } } },
      responses: taken,
    },
  },
  '/api/v1/actions/{id}/{verb}': {
    post: {
      summary: 'What a person decides about an action',
      parameters: [id, verb('approve', 'reject', 'undo')],
      security: secured,
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Remark' } } } },
      responses: taken,
    },
  },
  '/api/v1/events': {
    post: {
      summary: 'A deploy, a configuration change, a promotion, weather, maintenance',
      security: secured,
      requestBody: body('ChangeEvent'),
      responses: taken,
    },
  },
  '/api/v1/silences': {
    get: { summary: 'Silences, newest first', responses: ok('{ items }') },
    post: {
      summary: 'Hold pages about matching incidents back',
      description: 'Labels: incident, severity, service (the cause), kind, metric. A resolve is always sent.',
      security: secured,
      requestBody: body('Silence'),
      responses: written('201', 'the silence'),
    },
  },
  '/api/v1/silences/{id}': {
    delete: {
      summary: 'End a silence now',
      parameters: [id],
      security: secured,
      responses: written('200', 'the silence'),
    },
  },
  '/api/v1/slos': {
    get: {
      summary: 'Objectives: what is left of each error budget, and how fast it burns',
      responses: ok('the objectives'),
    },
  },
  '/api/v1/checks': {
    get: {
      summary: 'Preventive findings that stand: drifts toward a bound, stalled counters; they wake nobody',
      responses: ok('the findings'),
    },
  },
  '/api/v1/forecasts': {
    get: { summary: 'Of these the drifts, by when their bound is reached', responses: ok('the forecasts') },
  },
  '/api/v1/watermarks': {
    get: {
      summary: 'Whose telemetry is complete: silent probes, slow buses and dead services told apart',
      responses: ok('{ atMs, flowing, troubled, watermarkMs, shown }'),
    },
  },
  '/api/v1/graph': { get: { summary: 'The live dependency graph with KPIs', responses: ok('the graph') } },
  '/api/v1/series': {
    get: {
      summary: 'Stored series by a part of metric, service or callee',
      parameters: [
        { ...query('match', 'upper and lower case are the same'), required: true },
        query('limit', 'series at most', { type: 'integer', minimum: 1, maximum: 1_000, default: 200 }),
      ],
      responses: ok('{ items }'),
    },
  },
  '/api/v1/query': {
    post: {
      summary: 'Figures of stored series between two instants, at most 400 days apart',
      requestBody: body('Query'),
      responses: ok('points out of raw samples, minutes or hours, whichever holds the stretch'),
    },
  },
  '/api/v1/playbooks': { get: { summary: 'Loaded playbooks', responses: ok('{ items }') } },
  '/api/v1/audit': { get: { summary: 'Recent writes', security: secured, responses: ok('{ items }') } },
  '/api/v2/status': { get: { summary: 'Alertmanager API v2: what speaks it here', responses: ok('the status') } },
  '/api/v2/receivers': { get: { summary: 'Names of receivers', responses: ok('[{ name }]') } },
  '/api/v2/alerts': {
    get: {
      summary: 'Incidents that are not closed, and alerts of others',
      parameters: listing,
      responses: ok('alerts'),
    },
    post: {
      summary: 'Alerts of others: listed and silenced until they end, not diagnosed',
      security: secured,
      requestBody: body('PostedAlerts'),
      responses: written('200', 'kept'),
    },
  },
  '/api/v2/alerts/groups': {
    get: { summary: 'The same by receiver and name', parameters: listing, responses: ok('groups') },
  },
  '/api/v2/silences': {
    get: { summary: 'Silences', parameters: [filter], responses: ok('silences') },
    post: {
      summary: 'Make a silence, or change the one that `id` names',
      security: secured,
      requestBody: body('Silence'),
      responses: written('200', '{ silenceID }'),
    },
  },
  '/api/v2/silence/{id}': {
    get: { summary: 'One silence', parameters: [id], responses: ok('the silence') },
    delete: { summary: 'End a silence now', parameters: [id], security: secured, responses: written('200', '{}') },
  },
  '/api/v1/openapi.json': { get: { summary: 'This document', responses: ok('OpenAPI 3.1') } },
};

/** What is named and not built: it answers 501, and says so here. */
const later = unbuilt.reduce<Record<string, Record<string, object>>>((all, [method, path, summary]) => {
  all[path] = {
    ...all[path],
    [method]: { summary, 'x-fenghuo-built': false, responses: { '501': failed('not built yet') } },
  };
  return all;
}, {});

const merged: (readonly [string, Readonly<Record<string, object>>])[] = [
  ...new Set([...Object.keys(paths), ...Object.keys(later)]),
].map((path) => [path, { ...paths[path], ...later[path] }]);

export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'Fenghuo console',
    version: '1',
    description: 'Incidents, their causes and the actions taken. Errors are RFC 9457 problem documents.',
  },
  components: {
    securitySchemes: { admin: { type: 'http', scheme: 'bearer' } },
    schemas: {
      ChangeEvent: z.toJSONSchema(changeEvent, { io: 'input' }),
      Command: z.toJSONSchema(command),
      Silence: z.toJSONSchema(silenceDraft, { io: 'input' }),
      PostedAlerts: z.toJSONSchema(postedAlerts, { io: 'input' }),
      Query: z.toJSONSchema(seriesQuery, { io: 'input' }),
      Remark: {
        type: 'object',
        properties: Object.fromEntries(
          ['by', 'to', 'note', 'reason', 'into'].map((name) => [name, { type: 'string' }]),
        ),
      },
      Problem: {
        type: 'object',
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
        },
      },
    },
  },
  paths: Object.fromEntries<Readonly<Record<string, object>>>(merged),
};
