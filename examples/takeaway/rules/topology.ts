// What traffic alone cannot tell of the platform: third parties, addresses, stand-ins, and what customers, merchants and riders feel.
import type { Config } from '../config.ts';

export const topology = ({
  name,
  port,
}: Config): string => `# Third parties have no probe: their addresses, and who can stand in for whom, must be told.
kind: topology
entities:
  - { name: ${name('bank-a')}, kind: third_party, addresses: ["127.0.0.1:${port('bank-a')}"], alternatives: [${name('bank-b')}], labels: { role: payment-channel } }
  - { name: ${name('bank-b')}, kind: third_party, addresses: ["127.0.0.1:${port('bank-b')}"], alternatives: [${name('bank-a')}], labels: { role: payment-channel } }
  - { name: ${name('database')}, kind: database, addresses: ["127.0.0.1:${port('database')}"] }
  - { name: ${name('queue')}, kind: queue, addresses: ["127.0.0.1:${port('queue')}"] }
kpis:
  - name: payment-success
    title: { en: Payments that succeed, zh: 支付成功率 }
    audience: customers
    metric: takeaway.payment.successes
    per: { metric: takeaway.payment.attempts }
    unit: "1"
    better: higher
  - name: orders-paid
    title: { en: Orders paid, zh: 已支付订单 }
    audience: customers
    metric: takeaway.orders
    attributes: { outcome: paid }
    unit: "{order}"
    better: higher
    impact: true
  - name: orders-dispatched
    title: { en: Paid orders that get a rider, zh: 已派单率 }
    audience: customers
    metric: takeaway.dispatches
    service: ${name('dispatch')}
    per: { metric: takeaway.orders, attributes: { outcome: paid } }
    unit: "1"
    better: higher
  - name: tickets-printed
    title: { en: Orders that reach the kitchen, zh: 已出单到商家 }
    audience: merchants
    metric: takeaway.tickets.printed
    unit: "{order}"
    better: higher
    impact: true
  - name: deliveries
    title: { en: Deliveries handed out, zh: 已派配送 }
    audience: riders
    metric: takeaway.dispatches
    service: ${name('dispatch')}
    unit: "{order}"
    better: higher
    impact: true
  - name: terminals-online
    title: { en: Terminals online, zh: 在线终端 }
    audience: merchants
    metric: takeaway.terminals.online
    unit: "{terminal}"
    better: higher
  - name: riders-free
    title: { en: Riders free, zh: 空闲骑手 }
    audience: riders
    metric: takeaway.riders.free
    unit: "{rider}"
    better: higher
  - name: menus-shown
    title: { en: Menus shown in time, zh: 菜单及时展示率 }
    audience: customers
    metric: takeaway.menus.shown
    per: { metric: takeaway.menus.asked }
    unit: "1"
    better: higher
  - name: orders-accepted
    title: { en: Orders that are accepted, zh: 下单成功率 }
    audience: customers
    metric: takeaway.orders.accepted
    per: { metric: takeaway.orders.asked }
    unit: "1"
    better: higher
`;
