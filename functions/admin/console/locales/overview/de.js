// The overview in German.

export default {};
