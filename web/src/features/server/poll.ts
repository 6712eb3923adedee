import {useEffect, useState} from 'preact/hooks';
import {signal} from '@preact/signals';
import type {Failure} from '../../parts/problem';
import {onLeave, request} from '../../state/session';
import {keep, type Sample, type ServerState} from './samples';

export const period = 5000;

/** Kept while the tab lives, so that the lines are there when one comes back. */
export const samples = signal<Sample[]>([]);
onLeave(() => {
  samples.value = [];
});

/** Asks every 5 s while the page can be seen. After a failure it goes on asking; what was seen last stays. */
export function usePolling(): { failed: Failure | null; retry: () => void } {
  const [failed, setFailed] = useState<Failure | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async () => {
      clearTimeout(timer);
      const answer = await request<ServerState>('GET', 'admin/server');
      if (left) return;
      if (answer.ok) samples.value = keep(samples.value, { at: Date.now(), state: answer.value });
      setFailed(answer.ok ? null : answer);
      const final = !answer.ok && (answer.status === 404 || answer.status === 403);
      if (!final && !document.hidden) timer = setTimeout(ask, period);
    };
    const visible = () => {
      clearTimeout(timer);
      if (!document.hidden) void ask();
    };
    void ask();
    document.addEventListener('visibilitychange', visible);
    return () => {
      left = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', visible);
    };
  }, [turn]);
  return { failed, retry: () => setTurn(turn + 1) };
}
