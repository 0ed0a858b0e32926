// Which of the two languages the page speaks; its words are in words.ts, what the engine says comes in both already.
import { create } from 'zustand';
import type { Lang } from '../shared/figures.ts';
import { words } from './words.ts';

export type { Lang };
export type Word = keyof typeof words;

export const t = (lang: Lang, key: Word): string => words[key][lang === 'en' ? 0 : 1];
/** A term of the contract (a state, a kind) in the page's language; English shows it as the API names it. */
export const term = (lang: Lang, name: string): string => {
  const key = `=${name}`;
  return lang === 'zh' && isWord(key) ? words[key][1] : name.replaceAll('_', ' ');
};
const isWord = (key: string): key is Word => Object.hasOwn(words, key);

const stored = localStorage.getItem('lang');
const first: Lang = stored === 'zh' || (stored === null && navigator.language.startsWith('zh')) ? 'zh' : 'en';
const apply = (lang: Lang): void => {
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
};
apply(first);

export const useLang = create<{ lang: Lang; setLang: (lang: Lang) => void }>((set) => ({
  lang: first,
  setLang: (lang) => {
    localStorage.setItem('lang', lang);
    apply(lang);
    set({ lang });
  },
}));
