// Who changed what, when: appended to a file before the change is handed on, the newest kept in memory for the page.
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export type AuditEntry = Readonly<Record<string, unknown>> & { readonly atMs: number; readonly from: string };
export type Audit = { write(entry: AuditEntry): Promise<void>; recent(): readonly AuditEntry[] };

const RECENT_MAX = 500;

export const openAudit = async (data: string): Promise<Audit> => {
  await mkdir(data, { recursive: true });
  const recent: AuditEntry[] = [];
  return {
    write: async (entry) => {
      await appendFile(join(data, 'audit.ndjson'), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      recent.unshift(entry);
      recent.splice(RECENT_MAX);
    },
    recent: () => recent,
  };
};
