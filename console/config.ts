// The console's settings, and the secrets that routes name.
import { loadConfig, serviceConfig } from '@fenghuo/kit';
import { z } from 'zod';

export const loadConsoleConfig = () =>
  loadConfig(serviceConfig.extend({ root: z.string().default('.'), collectorUrl: z.url().optional() }));
/** A secret of a receiver, by the name of its environment variable. */
export const secretOf = (name: string): string | undefined => process.env[name];
