// The settings in Japanese.

export default {};
