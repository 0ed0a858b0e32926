// Who changed what, when: appended to a file before the change is handed on, the newest kept in memory for the page.
import { appendFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

export type AuditEntry = Readonly<Record<string, unknown>> & { readonly atMs: number; readonly from: string };
export type Audit = { write(entry: AuditEntry): Promise<void>; recent(): readonly object[] };

const RECENT_MAX = 500;
/** Read back at the start; an entry is a few hundred bytes. */
const TAIL_BYTES = 1_048_576;

/** Opens `<data>/audit.ndjson`, mode 600; an entry that cannot be written rejects, and what it stands for is not done. */
export const openAudit = async (data: string): Promise<Audit> => {
  await mkdir(data, { recursive: true });
  const path = join(data, 'audit.ndjson');
  const recent: object[] = (await tail(path)).slice(-RECENT_MAX).reverse();
  return {
    write: async (entry) => {
      await appendFile(path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
      recent.unshift(entry);
      recent.splice(RECENT_MAX);
    },
    recent: () => recent,
  };
};

/** The last whole entries of the file; a line that a crash cut short is left out. */
const tail = async (path: string): Promise<object[]> => {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines.slice(from > 0 ? 1 : 0).flatMap(entry);
  } finally {
    await file.close();
  }
};
const entry = (line: string): object[] => {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? [parsed] : [];
  } catch {
    return [];
  }
};
