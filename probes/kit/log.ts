// One JSON line an event on stderr, so that stdout stays for answers.
import { type DestinationStream, type Logger, pino } from 'pino';
import { environment } from './config.ts';

export type { Logger } from 'pino';

/** A logger with the service's name on each line; level from FENGHUO_LOG. Synchronous, so that last words before an exit are written. */
export const createLogger = (name: string, destination?: DestinationStream): Logger =>
  pino(
    {
      name,
      level: environment().FENGHUO_LOG || 'info',
      base: { name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
