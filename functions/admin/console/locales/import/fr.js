// The import of users in French.

export default {};
