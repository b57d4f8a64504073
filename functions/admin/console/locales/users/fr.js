// The list of users in French.

export default {};
