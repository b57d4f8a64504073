// The overview in English.

export default {};
