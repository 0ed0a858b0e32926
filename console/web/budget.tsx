// One objective's error budget: what is left of it, and how fast it burns over the windows of its alerts.
import type { LiveSlo } from '@fenghuo/rules/contract';
import { Link } from 'wouter';
import { clock, moment } from './format.ts';
import { type Lang, t } from './lang.ts';
import { useNow } from './now.ts';

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const rate = (burn: number): string => `${burn >= 10 ? burn.toFixed(0) : burn.toFixed(1)}×`;
/** As many digits as the target itself has: 99.95 % is not 100 %. */
const target = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

const units = [
  [86_400_000, 'd', '天'],
  [3_600_000, 'h', '小时'],
  [60_000, 'min', '分'],
  [1_000, 's', '秒'],
] as const;
/** A window's length in its own unit: `28 d`, `1 h`, `5 min`. */
const length = (ms: number, lang: Lang): string => {
  const [unit, en, zh] = units.find(([of]) => ms >= of && ms % of === 0) ?? units[3];
  return `${Math.round((ms / unit) * 10) / 10} ${lang === 'en' ? en : zh}`;
};
const DAY_MS = 86_400_000;

type Props = { readonly of: LiveSlo; readonly lang: Lang; readonly withService?: boolean };

export const Budget = ({ of, lang, withService = false }: Props) => {
  const worst = of.burns.find(({ holds }) => holds)?.policy.severity;
  const now = useNow();
  const since = of.sinceMs === null ? undefined : new Date(of.sinceMs).toISOString();
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
        {t(lang, 'target')} {target(of.target)} · {length(of.periodMs, lang)} · {t(lang, 'good')}{' '}
        {of.all > 0 ? percent(of.good / of.all, 3) : '–'}
        {since !== undefined &&
          ` ${t(lang, 'since')} ${now - (of.sinceMs ?? 0) < DAY_MS ? clock(since) : moment(since, lang)}`}
      </small>
      <ul className="burns">
        {of.burns.map(({ policy, long, short, holds }) => (
          <li key={`${policy.severity} ${policy.longMs} ${policy.burn}`} className={holds ? policy.severity : ''}>
            <span>
              {length(policy.longMs, lang)} / {length(policy.shortMs, lang)}
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
