// What the platform promises, as OpenSLO documents: payments that succeed, orders accepted, banks and the gateway's answers.
import type { Config } from '../config.ts';

type Source = string;
const calls = (which: string, more = ''): Source =>
  `{ metricSource: { type: Fenghuo, spec: { calls: ${which}${more} } } }`;
const metric = (name: string, more = ''): Source =>
  `{ metricSource: { type: Fenghuo, spec: { metric: ${name}${more} } } }`;

const slo = (
  name: string,
  title: string,
  service: string,
  target: number,
  part: string,
  total: string,
): string => `apiVersion: openslo/v1
kind: SLO
metadata: { name: ${name}, displayName: ${title} }
spec:
  service: ${service}
  indicator:
    metadata: { name: ${name} }
    spec:
      ratioMetric:
        counter: true
        ${part}
        total: ${total}
  timeWindow: [{ duration: 28d, isRolling: true }]
  budgetingMethod: Occurrences
  objectives: [{ target: ${target} }]
`;

export const objectives = ({ name }: Config): string =>
  [
    slo(
      'payments-succeed',
      'Payments succeed',
      name('payment'),
      0.99,
      `good: ${metric('takeaway.payment.successes')}`,
      metric('takeaway.payment.attempts'),
    ),
    slo(
      'orders-accepted',
      'Orders are accepted',
      name('app-gateway'),
      0.99,
      `good: ${metric('takeaway.orders.accepted')}`,
      metric('takeaway.orders.asked'),
    ),
    slo(
      'menus-quick',
      'Menus within half a second',
      name('menu'),
      0.99,
      `bad: ${calls('slow', ', slowerThan: 500ms')}`,
      calls('all'),
    ),
    slo(
      'bank-a-answers',
      'Bank A answers without error',
      name('bank-a'),
      0.995,
      `bad: ${calls('failed')}`,
      calls('all'),
    ),
  ].join('---\n');
