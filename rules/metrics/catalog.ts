// The metric catalogue's door: what classes and meanings metrics have. Safe for the browser.
export { type Classified, classify } from './classify.ts';
