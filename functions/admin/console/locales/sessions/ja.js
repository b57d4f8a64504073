// The sessions of administrators in Japanese.

export default {};
