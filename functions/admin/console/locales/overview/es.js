// The overview in Spanish.

export default {};
