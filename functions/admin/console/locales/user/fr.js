// The pages of a user in French.

export default {};
