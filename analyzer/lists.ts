// Lists by key, as graphs and groups of series are kept.

/** Puts `one` at the end of the list at `key`, which begins with it where there is none. */
export const put = <T>(lists: Map<string, T[]>, key: string, one: T): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [one]);
  else list.push(one);
};

/** Takes `one` out of the list at `key`: those that are left are a new list, and a key without any goes. */
export const take = <T>(lists: Map<string, T[]>, key: string, one: T): void => {
  const left = (lists.get(key) ?? []).filter((other) => other !== one);
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
};
