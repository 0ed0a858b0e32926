// One service on one page: what is promised of it, who calls it and whom it calls, and its incidents.
import type { LiveGraph } from '@fenghuo/rules/contract';
import { Link } from 'wouter';
import { Budget } from './budget.tsx';
import { value } from './format.ts';
import { type Lang, t, term, useLang } from './lang.ts';
import { useNow } from './now.ts';
import { Row } from './overview.tsx';
import { useStore } from './store.ts';

type Edge = LiveGraph['edges'][number];

const Calls = ({
  edges,
  end,
  lang,
}: {
  readonly edges: readonly Edge[];
  readonly end: 'caller' | 'callee';
  readonly lang: Lang;
}) => (
  <table className="calls">
    <thead>
      <tr>
        <th scope="col">{t(lang, end === 'caller' ? 'calledBy' : 'callsWhom')}</th>
        <th scope="col">{t(lang, 'perSecond')}</th>
        <th scope="col">{term(lang, 'errors')}</th>
        <th scope="col">p50</th>
        <th scope="col">p99</th>
      </tr>
    </thead>
    <tbody>
      {edges.map((edge) => (
        <tr key={edge[end]} className={edge.anomaly > 0.9 ? 'bad' : ''}>
          <th scope="row">
            <Link href={`/services/${encodeURIComponent(edge[end])}`}>{edge[end]}</Link>
          </th>
          <td>{edge.rate.toFixed(edge.rate < 10 ? 1 : 0)}</td>
          <td>{(edge.errorRatio * 100).toFixed(1)} %</td>
          <td>{value(edge.p50, 's')}</td>
          <td>{value(edge.p99, 's')}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

export const ServicePage = ({ name }: { readonly name: string }) => {
  const { graph, items } = useStore();
  const { lang } = useLang();
  const now = useNow();
  const node = graph?.nodes.find((one) => one.entity === name);
  if (graph === undefined || node === undefined)
    return (
      <p className="empty">
        {graph === undefined ? t(lang, 'waiting') : t(lang, 'noService')} <Link href="/">{t(lang, 'back')}</Link>
      </p>
    );
  const slos = graph.slos.filter(({ service }) => service === name);
  const callers = graph.edges.filter(({ callee }) => callee === name);
  const callees = graph.edges.filter(({ caller }) => caller === name);
  const about = items.filter((item) => item.cause?.entity === name || item.affected.includes(name));
  return (
    <>
      <section className="service">
        <h1 data-testid="service-name">{name}</h1>
        <p className="muted">
          {term(lang, node.kind)}
          {node.telemetry === 'callers' && ` · ${t(lang, 'noProbe')}`}
        </p>
      </section>
      <section>
        <h2>{t(lang, 'budgets')}</h2>
        {slos.length === 0 && <p className="muted">{t(lang, 'noBudget')}</p>}
        <div className="tiles budgets">
          {slos.map((slo) => (
            <Budget key={slo.slo} of={slo} lang={lang} />
          ))}
        </div>
      </section>
      <div className="columns">
        {callers.length > 0 && (
          <section>
            <Calls edges={callers} end="caller" lang={lang} />
          </section>
        )}
        {callees.length > 0 && (
          <section>
            <Calls edges={callees} end="callee" lang={lang} />
          </section>
        )}
      </div>
      <section>
        <h2>{t(lang, 'incidents')}</h2>
        {about.length === 0 && <p className="muted">{t(lang, 'noneHere')}</p>}
        <ul className="incidents">
          {about.map((item) => (
            <Row key={item.id} item={item} lang={lang} now={now} />
          ))}
        </ul>
      </section>
    </>
  );
};
