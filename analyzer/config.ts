// Settings of the analyzer beyond those that every service shares: the kill switch of all actions.
import { loadConfig, serviceConfig } from '@fenghuo/kit';
import { z } from 'zod';

/** `FENGHUO_ACT`: off refuses every action, dry plans and tells, on acts. */
export const analyzerConfig = serviceConfig.extend({ act: z.enum(['off', 'dry', 'on']).default('on') });
export type AnalyzerConfig = Readonly<z.infer<typeof analyzerConfig>>;

export const loadAnalyzerConfig = (): AnalyzerConfig => loadConfig(analyzerConfig);
