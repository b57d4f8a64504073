// The import of users in Spanish.

export default {};
