// The REST interface described (OpenAPI 3.1); bodies come from the same schemas that check them.
import { changeEvent, command } from '@fenghuo/rules/contract';
import { z } from 'zod';

const ok = (description: string) => ({ '200': { description } });
const taken = {
  '202': { description: 'accepted; the engine decides, the log tells' },
  '401': { description: 'no admin token' },
};
const id = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }];
const secured = [{ admin: [] }];

export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'Fenghuo console',
    version: '1',
    description: 'Incidents, their causes and the actions taken. Errors are RFC 9457 problem documents.',
  },
  components: {
    securitySchemes: { admin: { type: 'http', scheme: 'bearer' } },
    schemas: { ChangeEvent: z.toJSONSchema(changeEvent, { io: 'input' }), Command: z.toJSONSchema(command) },
  },
  paths: {
    '/api/v1/incidents': {
      get: {
        summary: 'Incidents, newest first',
        parameters: ['state', 'service', 'from', 'to', 'cursor'].map((name) => ({
          name,
          in: 'query',
          schema: { type: 'string' },
        })),
        responses: ok('a page of incidents'),
      },
    },
    '/api/v1/incidents/{id}': { get: { summary: 'One incident whole', parameters: id, responses: ok('the incident') } },
    '/api/v1/incidents/{id}/report': {
      get: { summary: 'The report: format=md|html|json, lang=en|zh', parameters: id, responses: ok('the report') },
    },
    '/api/v1/incidents/{id}/evidence': {
      get: { summary: 'Evidence series with their expected bands', parameters: id, responses: ok('series') },
    },
    '/api/v1/incidents/{id}/{verb}': {
      post: {
        summary: 'ack, assign, note, resolve, merge',
        parameters: [
          ...id,
          { name: 'verb', in: 'path', required: true, schema: { enum: ['ack', 'assign', 'note', 'resolve', 'merge'] } },
        ],
        security: secured,
        responses: taken,
      },
    },
    '/api/v1/actions/{id}/{verb}': {
      post: {
        summary: 'approve, reject, undo',
        parameters: [
          ...id,
          { name: 'verb', in: 'path', required: true, schema: { enum: ['approve', 'reject', 'undo'] } },
        ],
        security: secured,
        responses: taken,
      },
    },
    '/api/v1/events': {
      post: {
        summary: 'A deploy, a configuration change, a promotion, weather, maintenance',
        security: secured,
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ChangeEvent' } } } },
        responses: taken,
      },
    },
    '/api/v1/graph': { get: { summary: 'The live dependency graph with KPIs', responses: ok('the graph') } },
    '/api/v1/playbooks': { get: { summary: 'Loaded playbooks', responses: ok('playbooks') } },
    '/api/v1/audit': { get: { summary: 'Recent writes', security: secured, responses: ok('audit') } },
    '/api/v1/openapi.json': { get: { summary: 'This document', responses: ok('OpenAPI 3.1') } },
  },
} as const;
