// Incidents as the localiser meets them: a silent third party, a loud victim, a crash, a busy processor.
import { describe, expect, it } from 'vitest';
import { evidence as known, ONSET_MS, series } from '../testing/evidence.ts';
import type { Evidence, SeriesEvidence } from '../types.ts';
import { explain } from './explain.ts';
import { localise } from './localise.ts';

/** Nothing is known of anybody but the calls: who tells nothing of itself is a third party. */
const evidence = (all: readonly SeriesEvidence[], edges: readonly (readonly [string, string])[]): Evidence => ({
  ...known(all, edges),
  kinds: new Map(),
});

describe('localise', () => {
  it('names the third party that answers late, though the gateway and the app are louder', () => {
    const ranking = localise(
      evidence(
        [
          series({ entity: 'lotus', caller: 'heron', metric: 'client.duration' }, 0.05, [0.8, 0.81]),
          series({ entity: 'heron', caller: 'crane', metric: 'client.duration' }, 0.06, [0.9, 0.95]),
          series(
            { entity: 'heron', caller: 'crane', metric: 'client.errors', class: 'errors', unit: '{error}' },
            0,
            [9, 12],
            { scale: 0.2 },
          ),
          series({ entity: 'heron', metric: 'server.duration' }, 0.06, [0.9, 0.95]),
          series({ entity: 'crane', metric: 'server.duration' }, 0.08, [2.4, 2.6]),
        ],
        [
          ['heron', 'lotus'],
          ['crane', 'heron'],
        ],
      ),
    );
    expect(ranking.suspects[0]).toMatchObject({ entity: 'lotus', kind: 'latency' });
    expect(ranking.path.map((p) => p.to)).toEqual(['heron', 'crane']);
    const told = explain(ranking, evidence([], [['heron', 'lotus']]));
    expect(told.cause.reason.en).toContain('lotus answers late: client.duration is 810 ms where 50 ms is expected');
    expect(told.ranking.some((s) => s.entity === 'heron' && s.why.en.includes('waits for lotus'))).toBe(true);
  });

  /** Calls to crane fail, some of heron's fail too, and lotus, whom heron asks, answers late; the alarm was crane's failures. */
  const failing = (lateS: number): Evidence => ({
    ...evidence(
      [
        series({ entity: 'crane', metric: 'failed', class: 'errors', unit: '%' }, 0, [1.6, 1.6]),
        series({ entity: 'heron', metric: 'failed', class: 'errors', unit: '%' }, 0, [1.6, 1.6]),
        series({ entity: 'heron', metric: 'duration' }, 0.06, [0.06 + lateS, 0.06 + lateS]),
        series({ entity: 'lotus', metric: 'failed', class: 'errors', unit: '%' }, 0, [0, 0]),
        series({ entity: 'lotus', metric: 'duration' }, 0.004, [0.004 + lateS, 0.004 + lateS]),
      ],
      [
        ['crane', 'heron'],
        ['heron', 'lotus'],
      ],
    ),
    alarm: { entity: 'crane', metric: 'failed', timeMs: ONSET_MS },
  });

  it('names who fails where somebody is thirty milliseconds late: no time limit runs out by so little', () =>
    expect(localise(failing(0.03)).suspects[0]).toMatchObject({ entity: 'heron', kind: 'errors' }));

  it('weighs lateness the same where work that lies undone raised the alarm: a few milliseconds more stop nobody', () => {
    const undone = (lateS: number, at: string): number => {
      const sorted = series(
        { entity: 'crane', metric: 'sorted', class: 'business', unit: '1', bad: 'down' },
        0.99,
        [0.7],
      );
      const { series: all, ...rest } = failing(lateS);
      const late = all.filter(({ meta }) => meta.metric === 'duration');
      const alarm = { entity: 'crane', metric: at, timeMs: ONSET_MS };
      return localise({ ...rest, series: [...late, sorted], alarm }).suspects.find((s) => s.entity === 'lotus')!.score;
    };
    expect(undone(0.02, 'sorted')).toBeLessThan(0.3 * undone(0.02, 'nothing known'));
    expect(undone(3, 'sorted')).toBeCloseTo(undone(3, 'nothing known'));
  });

  it('names who is late by more than callers wait, though it fails nothing itself', () =>
    expect(localise(failing(3)).suspects[0]).toMatchObject({ entity: 'lotus' }));

  it('keeps a service guilty whose callees are well', () => {
    const ranking = localise(
      evidence(
        [
          series({ entity: 'heron', caller: 'crane', metric: 'client.duration' }, 0.06, [0.9, 0.9]),
          series({ entity: 'lotus', caller: 'heron', metric: 'client.duration' }, 0.05, [0.05, 0.051]),
          series(
            { entity: 'heron', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' },
            0.2,
            [0.99, 1],
            { scale: 0.02 },
          ),
          series({ entity: 'crane', metric: 'server.duration' }, 0.08, [0.95, 0.95]),
        ],
        [
          ['heron', 'lotus'],
          ['crane', 'heron'],
        ],
      ),
    );
    expect(ranking.suspects[0]).toMatchObject({ entity: 'heron' });
  });

  it('names the crashed service whose metrics stop, not the callers that fail', () => {
    const silence = (one: SeriesEvidence): SeriesEvidence => ({
      ...one,
      anomaly: {
        series: one.meta.id,
        entity: one.meta.entity,
        metric: one.meta.metric,
        unit: 's',
        class: one.meta.class,
        shape: 'silence',
        onsetMs: ONSET_MS,
        detectedMs: ONSET_MS + 2_000,
        seen: 0,
        expected: 0,
        low: 0,
        high: 0,
        z: 0,
        probability: 1,
      },
    });
    const ranking = localise(
      evidence(
        [
          silence(series({ entity: 'heron', metric: 'server.duration' }, 0.06, [])),
          silence(
            series({ entity: 'heron', metric: 'process.cpu.utilization', class: 'saturation', unit: '1' }, 0.2, []),
          ),
          series(
            { entity: 'heron', caller: 'crane', metric: 'client.errors', class: 'errors', unit: '{error}' },
            0,
            [12, 12],
            { scale: 0.2 },
          ),
          series({ entity: 'crane', metric: 'server.errors', class: 'errors', unit: '{error}' }, 0, [12, 12], {
            scale: 0.2,
          }),
        ],
        [['crane', 'heron']],
      ),
    );
    expect(ranking.suspects[0]).toMatchObject({ entity: 'heron', kind: 'silence' });
  });

  it('does not care what anything is called', () => {
    const build = (name: (n: string) => string): Evidence =>
      evidence(
        [
          series({ entity: name('a'), caller: name('b'), metric: 'client.duration' }, 0.05, [0.8, 0.81]),
          series({ entity: name('b'), metric: 'server.duration' }, 0.06, [0.9, 0.95]),
        ],
        [[name('b'), name('a')]],
      );
    const plain = localise(build((n) => n)).suspects.map((s) => s.entity);
    const renamed = localise(build((n) => `z${String.fromCharCode(219 - n.charCodeAt(0))}`)).suspects.map(
      (s) => s.entity,
    );
    expect(renamed).toEqual(plain.map((n) => `z${String.fromCharCode(219 - n.charCodeAt(0))}`));
  });
});
