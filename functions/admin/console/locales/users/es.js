// The list of users in Spanish.

export default {};
