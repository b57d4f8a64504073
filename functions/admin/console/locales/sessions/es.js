// The sessions of administrators in Spanish.

export default {};
