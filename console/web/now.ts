// The clock on the wall, for durations that run while one looks.
import { useEffect, useState } from 'react';

/** Epoch ms, renewed every second. */
export const useNow = (): number => {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};
