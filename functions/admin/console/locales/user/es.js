// The pages of a user in Spanish.

export default {};
