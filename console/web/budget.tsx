// One objective's error budget: what is left of it, and how fast it burns over the windows of its alerts.
import type { LiveSlo } from '@fenghuo/rules/contract';
import { Link } from 'wouter';
import { span } from './format.ts';
import { type Lang, t } from './lang.ts';

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const rate = (burn: number): string => `${burn >= 10 ? burn.toFixed(0) : burn.toFixed(1)}×`;
/** As many digits as the target itself has: 99.95 % is not 100 %. */
const target = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

type Props = { readonly of: LiveSlo; readonly lang: Lang; readonly withService?: boolean };

export const Budget = ({ of, lang, withService = false }: Props) => {
  const worst = of.burns.find(({ holds }) => holds)?.policy.severity;
  const left = Math.max(0, Math.min(1, of.left));
  return (
    <article className={`tile budget ${worst === 'page' || of.left <= 0 ? 'bad' : (worst ?? '')}`} data-testid="budget">
      <h3>
        {of.title[lang]}{' '}
        {withService && (
          <small>
            <Link href={`/services/${encodeURIComponent(of.service)}`}>{of.service}</Link>
          </small>
        )}
      </h3>
      <p className="figure">
        {percent(of.left)} <small>{t(lang, 'budgetLeft')}</small>
      </p>
      <meter min={0} max={1} low={0.25} value={left} aria-label={`${t(lang, 'budgetLeft')}: ${percent(of.left)}`} />
      <small>
        {t(lang, 'target')} {target(of.target)} · {span(of.periodMs, lang)} · {t(lang, 'good')}{' '}
        {of.all > 0 ? percent(of.good / of.all, 3) : '–'}
      </small>
      <ul className="burns">
        {of.burns.map(({ policy, long, short, holds }) => (
          <li key={`${policy.severity} ${policy.longMs} ${policy.burn}`} className={holds ? policy.severity : ''}>
            <span>
              {span(policy.longMs, lang)} / {span(policy.shortMs, lang)}
            </span>
            <span>
              {rate(long)} / {rate(short)}
            </span>
            <span className="muted">
              {t(lang, policy.severity)} ≥ {rate(policy.burn)}
            </span>
          </li>
        ))}
      </ul>
    </article>
  );
};
