// The log in Japanese.

export default {};
