// Times of day in the reader's zone, beside the figures that pages and reports share.
import type { Lang } from '../shared/figures.ts';

export { possible, range, span, times, value } from '../shared/figures.ts';

/** Time of day, 24 hours, in the reader's zone. */
export const clock = (iso: string | null): string =>
  iso === null ? '–' : new Date(iso).toLocaleTimeString('en-GB', { hour12: false });
const locales = { en: 'en-GB', zh: 'zh-CN' } as const;
/** Day and time, for what may be older than today. */
export const moment = (iso: string | null, lang: Lang): string =>
  iso === null
    ? '–'
    : new Date(iso).toLocaleString(locales[lang], {
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hour12: false,
      });
