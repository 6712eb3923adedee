import {useEffect, useRef, useState} from 'preact/hooks';
import type {Result} from '../lib/api';
import type {Failure} from './problem';

export interface Loaded<T> {
  value: T | null;
  failed: Failure | null;
  reload: () => Promise<void>;
  set: (value: T) => void;
}

/** Asks once, and again when `key` changes; an answer that comes too late is dropped. */
export function useLoad<T>(key: unknown, ask: () => Promise<Result<T>>): Loaded<T> {
  const [value, setValue] = useState<T | null>(null);
  const [failed, setFailed] = useState<Failure | null>(null);
  const turn = useRef(0);
  const reload = async () => {
    const own = ++turn.current;
    setFailed(null);
    const answer = await ask();
    if (own !== turn.current) return;
    if (answer.ok) setValue(answer.value);
    else setFailed(answer);
  };
  useEffect(() => {
    setValue(null);
    void reload();
    return () => {
      turn.current++;
    };
  }, [key]);
  return { value, failed, reload, set: setValue };
}
