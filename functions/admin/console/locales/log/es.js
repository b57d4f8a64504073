// The log in Spanish.

export default {};
