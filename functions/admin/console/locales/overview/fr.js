// The overview in French.

export default {};
