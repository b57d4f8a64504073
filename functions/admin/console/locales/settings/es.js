// The settings in Spanish.

export default {};
