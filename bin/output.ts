// What people read goes through here: answers to stdout, trouble to stderr.

/** One line (or more) of the answer. */
export const say = (text: string): void => {
  console.log(text);
};

export const sayError = (text: string): void => {
  console.error(text);
};
