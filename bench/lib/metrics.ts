// What a running product has stored: distinct metric names, and which of them changed.
import { metricNames, openStore } from '@fenghuo/collector/store';
import { ports } from '@fenghuo/kit';
import { readCredentials } from '@fenghuo/kit/parts';

/** Names stored since `fromMs` by the product in the folder `data` on port shift `shift`, and whether a series of theirs changed. */
export const storedMetrics = async (
  data: string,
  shift: number,
  fromMs: number,
): Promise<{ readonly names: readonly string[]; readonly changed: readonly string[] }> => {
  const credentials = readCredentials(data)?.clickhouse;
  if (credentials === undefined) throw new Error(`no credentials in ${data}`);
  const store = openStore({
    clickhouseUrl: `http://127.0.0.1:${ports.clickhouseHttp + shift}`,
    clickhouseUser: credentials.user,
    clickhousePassword: credentials.password,
    clickhouseDatabase: 'fenghuo',
  });
  try {
    const found = await metricNames(store, fromMs);
    return {
      names: [...found.keys()],
      changed: [...found].filter(([, hasChanged]) => hasChanged).map(([name]) => name),
    };
  } finally {
    await store.close();
  }
};
