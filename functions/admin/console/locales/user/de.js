// The pages of a user in German.

export default {};
