// The overview in Japanese.

export default {};
