// Changes of many users in Spanish.

export default {};
