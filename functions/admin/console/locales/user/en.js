// The pages of a user in English.

export default {};
